import { expect, test } from "vitest";
import { failureClassOf, messageOf, RuntimeError } from "../../../src/app_runtime/base/runtime_error.ts";

class CatalogueMissingError extends RuntimeError {
  readonly code = "CATALOGUE_MISSING";
}

class ShopDownError extends RuntimeError {
  readonly code = "SHOP_DOWN";
  override readonly failureClass = "outage";
}

test("an error of ours has its class's name, its code and its cause", () => {
  const cause = new Error("ENOENT");
  const error = new CatalogueMissingError("There is no catalogue.", { cause });
  expect(error).toMatchObject({
    name: "CatalogueMissingError",
    code: "CATALOGUE_MISSING",
    failureClass: "transient",
    cause,
  });
  expect(error).toBeInstanceOf(Error);
});

test("the failure class of anything that was thrown is known; what we do not know is transient", () => {
  const foreign = Object.assign(new Error("down"), { failureClass: "outage" });
  expect([new ShopDownError("down"), foreign].map(failureClassOf)).toEqual(["outage", "outage"]);
  const unknown = [new Error("x"), { failureClass: "sometimes" }, "text", null, undefined, 7];
  expect(unknown.map(failureClassOf)).toEqual(unknown.map(() => "transient"));
});

test("anything that was thrown has a sentence", () => {
  expect([new Error("no disk"), new TypeError(""), "text", undefined, 7].map(messageOf)).toEqual([
    "no disk",
    "TypeError",
    "text",
    "undefined",
    "7",
  ]);
});
