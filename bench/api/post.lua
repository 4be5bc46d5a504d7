-- Places the same order again and again; the body comes in the environment.
wrk.method = "POST"
wrk.body = os.getenv("ORDER")
wrk.headers["Content-Type"] = "application/json"
