import { expect, test } from "vitest";
import { ownWords } from "../../../src/mail_order_bot_app/domain/own_words.ts";

const bodyOf = (text: string) => ownWords(text).body.map((line) => line.text);

test("quoted lines are left out, wherever they stand", () => {
  expect(bodyOf("> CH-1001 9\nyes, please:\nCH-1001 4\n > CH-1002 9\n>> x")).toEqual(["yes, please:", "CH-1001 4"]);
});

test("an answer below the quotation is the sender's own", () => {
  expect(bodyOf("On Mon, 9 Nov 2026 at 14:33, Anders\n<a@x.example> wrote:\n> CH-1001 9\n\nCH-1001 4")).toEqual([
    "",
    "CH-1001 4",
  ]);
});

test.each([
  "On Mon, 9 Nov 2026, Anders Lind wrote:\nCH-1001 9",
  "Am 09.11.2026 um 14:33 schrieb Anders Lind <a@x.example>:\nCH-1001 9",
  "-----Original Message-----\nCH-1001 9",
  "-----Ursprüngliche Nachricht-----\nCH-1001 9",
  "From: Anders Lind\nSent: Monday\nCH-1001 9",
  "*Von:* Anders Lind\n*Gesendet:* Montag\nCH-1001 9",
  "-- \nCH-1001 9",
])("everything below is somebody else's: %j", (rest) => expect(bodyOf(`CH-1001 4\n${rest}`)).toEqual(["CH-1001 4"]));

test.each([
  "---------- Forwarded message ---------",
  "-------- Weitergeleitete Nachricht --------",
  "Begin forwarded message:",
])("forwarding is noticed: %s", (mark) => {
  expect(ownWords(`see below\n${mark}\nCH-1001 9`)).toMatchObject({ forwarded: true, body: [{ text: "see below" }] });
});

test.each(["Kind regards,", "Best regards", "Thanks!", "Mit freundlichen Grüßen", "Viele Gruesse", "MfG"])(
  "%s closes the body",
  (closing) => {
    const words = ownWords(`CH-1001 4\n${closing}\nEmma\nPS: CH-1002 1`);
    expect(words.body.map((line) => line.text)).toEqual(["CH-1001 4"]);
    expect(words.afterClosing.map((line) => line.text)).toEqual(["Emma", "PS: CH-1002 1"]);
  },
);

test("lines keep their numbers", () => {
  expect(ownWords("a\n> b\nc").body).toEqual([
    { number: 1, text: "a" },
    { number: 3, text: "c" },
  ]);
});

test("a text without end is cut, and says so", () => {
  expect(ownWords("x\n".repeat(10_000))).toMatchObject({ cut: true });
  expect(ownWords("x\n".repeat(10_000)).body.length).toBeLessThanOrEqual(5_000);
  expect(ownWords("x".repeat(300_000)).cut).toBe(true);
  expect(ownWords("CH-1001 4").cut).toBe(false);
});
