import { aMemoryStore } from "../../support/store-files.ts";
import { describeHelp } from "./help-suite.ts";

describeHelp("SQLite in memory", () => aMemoryStore());
