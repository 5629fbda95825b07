import { createWithdrawing, type Withdrawing, type WithdrawingDeps } from "./withdrawing.ts";

export interface ExtrasDeps extends WithdrawingDeps {
  readonly session: WithdrawingDeps["session"] & {
    readonly extend: (extension: Withdrawing) => void;
  };
}

/** What a visit gains once the page has loaded all of itself. */
export interface Extras {
  readonly withdrawing: Withdrawing;
}

export function openExtras(deps: ExtrasDeps): Extras {
  const withdrawing = createWithdrawing(deps);
  deps.session.extend(withdrawing);
  return { withdrawing };
}
