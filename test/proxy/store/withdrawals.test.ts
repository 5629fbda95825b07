import { aMemoryStore } from "../../support/store-files.ts";
import { describeWithdrawals } from "./withdrawal-suite.ts";

describeWithdrawals("SQLite in memory", () => aMemoryStore());
