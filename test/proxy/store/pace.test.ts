import { aMemoryStore, aSqliteStore } from "../../support/store-files.ts";
import { describePace } from "./pace-suite.ts";

describePace("SQLite store", () => aSqliteStore());
describePace("the same transactions in memory (test double)", () => aMemoryStore());
