import { aMemoryStore } from "../../support/store-files.ts";
import { describeForwarding } from "./forwarding-suite.ts";

describeForwarding("SQLite in memory", () => aMemoryStore());
