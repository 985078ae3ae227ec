/** Does a piece of work on the chosen clip, and says so when it is `done`, or why it is not. */
export type Act = (work: () => Promise<unknown>, done: string) => void;
