-- wrk script: POST /bookings for one event, one seat each.
-- wrk -t1 -c64 -d10s -s post.lua URL -- EVENT_ID [KEY_PREFIX]
-- With a key prefix each request carries a fresh Idempotency-Key; the counter is unique only with one wrk thread.
dofile("outcome.lua")

function init(args)
  local event, prefix = args[1], args[2]
  wrk.method, wrk.path = "POST", "/bookings"
  wrk.body = '{"event_id":"' .. event .. '","num_seats":1}'
  wrk.headers["Content-Type"] = "application/json"
  if not prefix then
    return -- No request function: wrk then sends the same bytes each time without calling Lua.
  end
  -- The request is laid out once and only the key is put in, so that the generator costs as little as possible.
  wrk.headers["Idempotency-Key"] = "KEY"
  local before, after = wrk.format():match("^(.-Idempotency%-Key: )KEY(.*)$")
  local n = 0
  function request()
    n = n + 1
    return before .. prefix .. "-" .. n .. after
  end
end
