-- Sixteen requests in one write; wrk counts each answer.
init = function()
  local requests = {}
  for at = 1, 16 do requests[at] = wrk.format(nil, wrk.path) end
  batch = table.concat(requests)
end
request = function() return batch end
