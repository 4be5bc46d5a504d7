// Node's bare HTTP server with the answer that `weft bench http` gives; no framework in between.
const body = "hello, world";
const server = require("node:http").createServer((request, response) => {
  response.writeHead(200, {
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Length": body.length,
  });
  response.end(body);
});
server.keepAliveTimeout = 60000;
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
