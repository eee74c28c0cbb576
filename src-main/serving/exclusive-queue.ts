/** Lets work on the same key follow one another, and work on different keys run side by side. */
export class ExclusiveQueue {
  private readonly last = new Map<string, Promise<unknown>>();

  /** Runs `work` after all earlier work on `key`, whether that succeeded or not. */
  run<Value>(key: string, work: () => Promise<Value>): Promise<Value> {
    const next = (this.last.get(key) ?? Promise.resolve()).then(work, work);
    const settled = next.catch(() => undefined);
    this.last.set(key, settled);
    void settled.then(() => {
      if (this.last.get(key) === settled) this.last.delete(key);
    });
    return next;
  }

  /** Resolves when everything that was handed in so far is done. */
  async idle(): Promise<void> {
    await Promise.all(this.last.values());
  }
}
