import { Readable } from "node:stream";
import type { Transporter } from "nodemailer";

/** A mail with a last question: may its content leave? */
export interface HeldMail {
  readonly mayLeave?: () => boolean;
}

/**
 * Asks `mayLeave` of a mail at the last moment, when the server waits for the content (354, RFC 5321 §4.1.1.4): the dialogue
 * of a process that was stopped in its middle goes on when the process does, before anything else can notice.
 */
export function holdBack(transporter: Transporter): void {
  transporter.use("stream", (mail, done) => {
    const { mayLeave } = mail.data as HeldMail;
    if (mayLeave !== undefined) mail.message.processFunc((input) => Readable.from(released(input, mayLeave)));
    done();
  });
}

/** Begins when it is first read from, and that is after the 354. */
async function* released(content: Readable, mayLeave: () => boolean): AsyncIterable<Uint8Array> {
  if (!mayLeave()) throw new Error("it must not leave any more");
  yield* content;
}
