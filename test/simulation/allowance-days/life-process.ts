import { withoutGuard } from "./control.ts";
import { liveThrough } from "./live-through.ts";
import type { Recording } from "./recording.ts";
import type { AllowanceStory } from "./story.ts";

// One life in a process of its own, so that the product's and its control's take no longer than either.
// Ends when whoever began it lets go.

export interface LifeAsk {
  readonly story: AllowanceStory;
  readonly seed: number;
  readonly isGuarded: boolean;
}

export type LifeNews =
  | { readonly type: "day"; readonly day: number }
  | { readonly type: "lived"; readonly recording: Recording };

process.on("disconnect", () => process.exit());

const tell = (news: LifeNews) => void process.send!(news);

process.on("message", ({ story, seed, isGuarded }: LifeAsk) => {
  const onDay = (day: number) => tell({ type: "day", day });
  const control = isGuarded ? {} : { control: withoutGuard(story.allowed) };
  liveThrough({ story, seed, onDay, ...control }).then(
    (recording) => tell({ type: "lived", recording }),
    (error: unknown) => {
      throw error;
    },
  );
});
