import { aMemoryStore } from "../../support/store-files.ts";
import { describeShares } from "./scan-share-suite.ts";

describeShares("SQLite in memory", () => aMemoryStore(), 150);
