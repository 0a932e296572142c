// What the provider remembers, in memory: one store for each kind of thing.
// The library has such a store of its own, but that one forgets its oldest
// entries after a thousand, which is a few score of sign-ins.

export class Store {
  #entries = new Map();

  async upsert(id, payload) {
    this.#entries.set(id, payload);
  }

  async find(id) {
    return this.#entries.get(id);
  }

  async findByUid(uid) {
    return [...this.#entries.values()].find((payload) => payload.uid === uid);
  }

  async consume(id) {
    this.#entries.get(id).consumed = Math.floor(Date.now() / 1000);
  }

  async destroy(id) {
    this.#entries.delete(id);
  }

  async revokeByGrantId(grantId) {
    for (const [id, payload] of this.#entries) {
      if (payload.grantId === grantId) this.#entries.delete(id);
    }
  }
}
