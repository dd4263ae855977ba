"""Kafka to levels and events to ClickHouse as a short script in Python does it. Questions and answers are lines of JSON."""
import io
import json
import os
import sys
import time
import urllib.request

import fastavro
import numpy as np
from confluent_kafka import Consumer, TopicPartition
from scipy.signal import lfilter, sosfilt, sosfilt_zi

HEADER_BYTES = 10  # Avro single-object encoding: mark and fingerprint
INSERT_ROWS = 5000


class Sensor:
    """Filters and the second under way of one microphone."""

    def __init__(self, first_value, setup):
        self.setup = setup
        self.c_state = sosfilt_zi(setup["c"]) * first_value
        self.a_state = np.zeros((len(setup["a"]), 2))
        self.fast_state = np.zeros(1)
        self.powers, self.fast, self.start_us = [], [], None
        self.onset_us = None

    def add(self, x, start_us, rate):
        setup = self.setup
        c, self.c_state = sosfilt(setup["c"], x, zi=self.c_state)
        a, self.a_state = sosfilt(setup["a"], c, zi=self.a_state)
        power = a * a
        fast, self.fast_state = lfilter([setup["share"]], [1.0, setup["share"] - 1.0], power, zi=self.fast_state)
        if self.start_us is None:
            self.start_us = start_us
        self.powers.append(power)
        self.fast.append(fast)
        events = []
        loud = fast > setup["threshold"]
        if self.onset_us is None and loud.any():
            self.onset_us = start_us + int(loud.argmax() / rate * 1e6)
        elif self.onset_us is not None and not loud.any():
            events.append((self.onset_us, start_us))
            self.onset_us = None
        rows = []
        if sum(map(len, self.powers)) >= rate:
            power, fast = np.concatenate(self.powers), np.concatenate(self.fast)
            rows.append((self.start_us, db(power.mean()), db(fast.max())))
            self.powers, self.fast, self.start_us = [], [], None
        return rows, events


def db(power):
    return 10 * float(np.log10(2 * power))


class Table:
    def __init__(self, url, password, name):
        query = urllib.parse.quote(f"INSERT INTO {name} FORMAT JSONEachRow")
        self.url, self.password, self.rows = f"{url}/?query={query}", password, []

    def add(self, row, limit=INSERT_ROWS):
        self.rows.append(json.dumps(row))
        if len(self.rows) >= limit:
            self.flush()

    def flush(self):
        if not self.rows:
            return
        request = urllib.request.Request(self.url, "\n".join(self.rows).encode())
        request.add_header("X-ClickHouse-User", "default")
        request.add_header("X-ClickHouse-Key", self.password)
        urllib.request.urlopen(request).read()
        self.rows = []


def consume(question):
    schema = fastavro.parse_schema(json.loads(question["schema"]))
    setup = {
        "c": np.array(question["c"]),
        "a": np.array(question["a"]),
        "share": question["share"],
        "threshold": 10 ** (question["thresholdDb"] / 10) / 2,
    }
    consumer = Consumer({"bootstrap.servers": question["kafka"], "group.id": "peer", "enable.auto.commit": False})
    consumer.assign([TopicPartition(question["topic"], p, 0) for p in range(len(question["ends"]))])
    left = sum(question["ends"])
    levels = Table(question["url"], question["password"], "plantsense.peer_levels")
    events = Table(question["url"], question["password"], "plantsense.peer_events")
    sensors = {}
    start = time.perf_counter()
    while left > 0:
        for message in consumer.consume(num_messages=500, timeout=1):
            left -= 1
            chunk = fastavro.schemaless_reader(io.BytesIO(memoryview(message.value())[HEADER_BYTES:]), schema)
            x = np.frombuffer(chunk["samples"], dtype="<i2").astype(np.float64) / 32768
            name = chunk["sensor"]
            if name not in sensors:
                sensors[name] = Sensor(x[0], setup)
            start_us = micros(chunk["startTimeUs"])
            rows, ended = sensors[name].add(x, start_us, chunk["sampleRateHz"])
            for time_us, laeq, lafmax in rows:
                levels.add({"sensor": name, "time_us": time_us, "laeq_db": laeq, "lafmax_db": lafmax})
            for onset_us, offset_us in ended:
                events.add({"sensor": name, "onset_us": onset_us, "offset_us": offset_us})
    levels.flush()
    events.flush()
    consumer.close()
    return {"wallSecs": time.perf_counter() - start}


def micros(value):
    return value if isinstance(value, int) else round(value.timestamp() * 1e6)


for line in sys.stdin:
    question = json.loads(line)
    if question.get("core") is not None:
        os.sched_setaffinity(0, {question["core"]})
    if question["do"] == "hello":
        answer = {"fastavro": fastavro.__version__, "python": sys.version.split()[0]}
    else:
        before = time.process_time()
        answer = consume(question)
        answer["cpuSecs"] = time.process_time() - before
    print(json.dumps(answer), flush=True)
