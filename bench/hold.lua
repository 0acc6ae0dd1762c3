-- wrk script: POST /bookings by lines for a hold, then POST its confirmation; each client takes turns.
-- wrk -t1 -c64 -d10s -s hold.lua URL -- BASKET
-- Two requests of one booking may go over two connections: what was held is confirmed by whoever asks next.
dofile("outcome.lua")

local held, first, last = {}, 1, 0

function init(args)
  wrk.method, wrk.path = "POST", "/bookings"
  wrk.headers["Content-Type"] = "application/json"
  wrk.body = args[1]
  local hold = wrk.format()
  wrk.path, wrk.body = "/bookings/ID/confirmation", '{"paid_by":"cash"}'
  local before, after = wrk.format():match("^(.-/bookings/)ID(/confirmation.*)$")
  function request()
    if first > last then
      return hold
    end
    local id = held[first]
    held[first] = nil
    first = first + 1
    return before .. id .. after
  end
end

function response(status, headers, body)
  if status == 201 then
    last = last + 1
    held[last] = body:sub(8, 43) -- {"id":"...
  end
end
