-- Calls one tool again and again; the message and its header fields come in the environment.
wrk.method = "POST"
wrk.body = os.getenv("MESSAGE")
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Accept"] = "application/json, text/event-stream"
for name, value in string.gmatch(os.getenv("FIELDS"), "([^:\n]+): ([^\n]+)") do
  wrk.headers[name] = value
end
