import { aSqliteStore } from "../../support/store-files.ts";
import { describeStore } from "./store-conformance.ts";

describeStore("SQLite store", () => aSqliteStore());
