// The process of a Node function: `worker.cjs FD FOLDER/MODULE.HANDLER`, events in, measures out.
// Handlers of CDK answer by TLS only; the world that they answer here speaks none.
const fs = require("fs");
const http = require("http");
const https = require("https");
const path = require("path");

const [out, target] = [Number(process.argv[2]), process.argv[3]];
const name = path.extname(target).slice(1);
const port = new URL(process.env.AWS_ENDPOINT_URL).port;
https.request = (options, callback) => http.request({ ...options, port }, callback);

const cpu = () => { const used = process.cpuUsage(); return (used.user + used.system) / 1000; };
const wall = () => Number(process.hrtime.bigint()) / 1e6;
const say = (measures) => fs.writeSync(out, JSON.stringify(measures) + "\n");
const peak = () => Number(/VmHWM:\s+(\d+)/.exec(fs.readFileSync("/proc/self/status", "utf8"))[1]);
const context = {
  logStreamName: "benchmark",
  invokedFunctionArn: "arn:aws:lambda:us-east-1:000000000000:function:benchmark",
  getRemainingTimeInMillis: () => 60000,
};

const serve = require(target.slice(0, -name.length - 1))[name];
say([cpu(), peak()]);

(async () => {
  for await (const line of require("readline").createInterface({ input: process.stdin })) {
    const [wallBefore, cpuBefore] = [wall(), cpu()];
    await serve(JSON.parse(line), context);
    say([cpu(), cpu() - cpuBefore, wall() - wallBefore, null]);
  }
})();
