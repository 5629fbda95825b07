import { ENGLISH } from "../../../src/kiosk/words-english.ts";
import { pseudo } from "../../support/pseudo-locale.ts";

/** Stands in for the German part of the page. */
export const GERMAN = pseudo(ENGLISH);
