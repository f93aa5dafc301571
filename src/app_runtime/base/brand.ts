declare const brand: unique symbol;

/** A value whose type remembers what it means, so that two strings or two numbers cannot be mixed up. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
