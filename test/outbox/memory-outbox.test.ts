import { describe } from "vitest";
import { memoryOutbox } from "../support/memory-outbox.ts";
import { describeOutbox } from "./outbox-contract.ts";

describe("memory outbox (test double)", () => describeOutbox(async () => memoryOutbox()));
