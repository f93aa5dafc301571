import { no } from "./command.ts";

/** The answer to any change of a mailbox that was opened by EXAMINE. */
export const readOnlyRefusal = no("The mailbox is open for reading only", "READ-ONLY");
