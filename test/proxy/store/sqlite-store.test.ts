import { aMemoryStore, aSqliteStore } from "../../support/store-files.ts";
import { describeStore } from "./store-conformance.ts";

describeStore("SQLite store", () => aSqliteStore());
describeStore("the same transactions in memory (test double)", () => aMemoryStore());
