-- incremental_mark.sql -- the table of policies/README.md, from a database of `ouro results`
SELECT workload,
       group_concat(printf('%.2f', pause_ns_max / 1e6), ' / ') AS "max pause, ms",
       group_concat(peak_garbage_bytes >> 10, ' / ') AS "peak garbage, KiB",
       group_concat(pause_ns_total / 1000000, ' / ') AS "gc time, ms",
       group_concat(peak_held_bytes >> 20, ' / ') AS "peak held, MiB"
FROM (SELECT * FROM runs
      ORDER BY workload, policy <> 'incremental-mark', policy = 'cpython-2.4', policy)
GROUP BY workload;
