/** Placeholder shape while the floor is being built. */
export type Plan = { readonly classes: readonly unknown[] };
