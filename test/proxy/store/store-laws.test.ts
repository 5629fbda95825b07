import { aMemoryStore } from "../../support/store-files.ts";
import { describeLaws } from "./store-law-suite.ts";

describeLaws("SQLite in memory", () => aMemoryStore(), 100);
