"""Questions about a stream as a whole: order, gaps, sequence, timing, fan-out.

Pure functions and accumulators over items, values and arrival times. They return frozen results that hold the offending
items; a result over nothing says so (`checked == 0`) and is never a success.
"""
