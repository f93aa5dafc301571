import { expect, test } from "vitest";
import { alternate, measureCalm } from "../../bench/alternate.ts";

test("every second round goes backwards", async () => {
  const order: string[] = [];
  const side = (name: string) => async () => {
    order.push(name);
    return name;
  };

  const rounds = await alternate(2, { ours: side("ours"), theirs: side("theirs") }, () => undefined);

  expect(order).toEqual(["ours", "theirs", "theirs", "ours"]);
  expect(rounds).toEqual([
    { ours: "ours", theirs: "theirs" },
    { ours: "ours", theirs: "theirs" },
  ]);
});

test("a machine on which the same thing takes different times voids what its clock says", async () => {
  const takes = (times: number[]) => async () => times.shift() ?? 0;

  expect((await measureCalm(1, takes([101, 100]))).trouble).toBeUndefined();
  expect((await measureCalm(1, takes([140, 100]))).trouble).toBe("the same thing twice took 1.4 times as long");
  const restless = [100, 200, 100, 100, 200, 100];
  expect((await measureCalm(3, takes(restless))).trouble).toMatch(/^the same thing twice took 0\.\d+ to 1\.\d+ times/);
});
