import { aMemoryStore } from "../../support/store-files.ts";
import { describeOperations } from "./operations-suite.ts";

describeOperations("SQLite in memory", () => aMemoryStore());
