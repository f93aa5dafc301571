import { expect, test } from "vitest";
import { prometheusText } from "../../../src/adapters/http_control/prometheus_text.ts";
import { openHttpControl } from "./open_http_control.ts";

test("/metrics gives state and counts in Prometheus' format", async () => {
  const { get, events, health } = await openHttpControl();
  health.register({ name: "source:inbox", required: true, check: () => ({ state: "warn" }) });
  for (const tookMs of [1, 3, 70, 400_000])
    events.emit({ kind: "task.done", unit: "worker:orders", taskId: "a", tookMs });
  events.emit({ kind: "outage.began", unit: "worker:orders", failures: 5, error: "SMTP is down" });

  const answer = await get("/metrics");
  const lines = answer.text.split("\n");

  expect(answer.type).toBe("text/plain; version=0.0.4; charset=utf-8");
  expect(lines).toEqual(
    expect.arrayContaining([
      'app_runtime_phase{phase="running"} 1',
      'app_runtime_check_state{check="source:inbox",state="pass"} 0',
      'app_runtime_check_state{check="source:inbox",state="warn"} 1',
      'app_runtime_queue_tasks{queue="orders",state="waiting"} 4',
      'app_runtime_queue_oldest_waiting_seconds{queue="orders"} 1.5',
      'app_runtime_queue_published_total{queue="orders"} 40',
      'app_runtime_follow_ups_waiting{queue="orders"} 7',
      'app_runtime_source_backlog{source="inbox"} 3',
      'app_runtime_workers{pool="orders",state="busy"} 1',
      'app_runtime_events_total{unit="worker:orders",kind="task.done"} 4',
      'app_runtime_events_total{unit="worker:orders",kind="outage.began"} 1',
      'app_runtime_facts_total{unit="component:http_control",code="CONTROL_LISTENING"} 1',
      "# TYPE app_runtime_task_duration_seconds histogram",
      'app_runtime_task_duration_seconds_bucket{unit="worker:orders",le="0.001"} 1',
      'app_runtime_task_duration_seconds_bucket{unit="worker:orders",le="0.005"} 2',
      'app_runtime_task_duration_seconds_bucket{unit="worker:orders",le="0.1"} 3',
      'app_runtime_task_duration_seconds_bucket{unit="worker:orders",le="300"} 3',
      'app_runtime_task_duration_seconds_bucket{unit="worker:orders",le="+Inf"} 4',
      'app_runtime_task_duration_seconds_sum{unit="worker:orders"} 400.074',
      'app_runtime_task_duration_seconds_count{unit="worker:orders"} 4',
    ]),
  );
});

test("every line of /metrics is a comment or a sample, and every sample follows its type", async () => {
  const { get, events } = await openHttpControl();
  events.emit({ kind: "task.done", unit: "worker:orders", taskId: "a", tookMs: 1 });

  let family = "";
  for (const line of (await get("/metrics")).text.trimEnd().split("\n")) {
    const declared = /^# TYPE (\w+) (?:counter|gauge|histogram)$/.exec(line)?.[1];
    if (declared !== undefined) family = declared;
    else if (!line.startsWith("# HELP ")) {
      expect(line).toMatch(/^[a-z_]+(\{\w+="[^"\n]*"(,\w+="[^"\n]*")*\})? [-+.\dInfNae]+$/);
      expect(line.startsWith(family)).toBe(true);
    }
  }
});

test("labels and help are escaped, and special numbers written as Prometheus reads them", () => {
  const text = prometheusText([
    {
      name: "x",
      type: "gauge",
      help: 'a\nb\\c "d"',
      samples: [
        { labels: { name: 'a"b\\c\nd' }, value: Number.POSITIVE_INFINITY },
        { value: Number.NEGATIVE_INFINITY },
        { value: Number.NaN },
      ],
    },
    { name: "empty", type: "gauge", help: "Left out.", samples: [] },
  ]);

  expect(text).toBe('# HELP x a\\nb\\\\c "d"\n# TYPE x gauge\nx{name="a\\"b\\\\c\\nd"} +Inf\nx -Inf\nx NaN\n');
});
