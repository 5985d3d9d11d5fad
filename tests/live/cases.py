# SPDX-License-Identifier: BSD-2-Clause
"""The live tests, one function each; a docstring says what must hold."""
import datetime
import json
import os
import shutil
import signal
import subprocess
import threading
import time

import network
import scenes
from network import POSTFIX, SCRIPTED
from scenes import GREETING, HELLO, MAIL, OFFERS, OK, rcpt, talk
from servers import Script
from watching import LIMIT, SLOW, Watch, by_session, read, strip

# Layers of tests/talk that pass over an Ethernet cable; the kernel's filter has to let all of them through.
LAYERS = ('ethernet', 'vlan', 'qinq', 'ip-options', 'ip-fragments', 'ipv6', 'ipv6-extended')
TALKS = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'talks')


def short_talk(address, port=25):
    server = Script(GREETING, ..., OFFERS, ..., OK, ..., '500 what\r\n', ..., '221 Bye\r\n').serve(address, port)
    talk(address, ..., HELLO, ..., MAIL, ..., 'XFROB\r\n', ..., 'QUIT\r\n', ..., port=port)
    server.join(300)


def all_scenes(lab):
    """What real servers and clients do, one after the other and side by side."""
    names = ['plain_delivery', 'recipients_partly_refused', 'greylisted', 'unknown_commands_postfix', 'idle_timeout_postfix',
             'too_many_errors_postfix', 'pipelining_postfix', 'chunking_postfix', 'starttls_postfix', 'refused_connection',
             'http_postfix', 'data_refused_postfix', 'scripted_221_in_data', 'scripted_221_for_mail', 'quit_pipelined', 'shutdown_postfix']
    if lab.opensmtpd:
        names += ['curl_delivery', 'unknown_user', 'unknown_commands_opensmtpd']
    if lab.exim:
        names += ['relay_denied', 'auth_failure', 'auth_success', 'unknown_commands_exim']
    for name in names:
        getattr(scenes, name)(lab)
    scenes.client('sh', '-c', 'printf "QUIT\\r\\n" | timeout 5 openssl s_client -quiet -starttls smtp -connect %s:25' % POSTFIX)
    side_by_side = [threading.Thread(target=scenes.swaks, args=(POSTFIX, 'alice@example.net')) for _ in range(8)]
    for thread in side_by_side:
        thread.start()
    for thread in side_by_side:
        thread.join()


def settled(sessions):
    """The records of each session without what read settles at its end and watch tells at once, and without what hangs on the clock."""
    plain = {}
    for key, records in sessions.items():
        found = []
        for r in records:
            r = {name: value for name, value in r.items() if name not in ('severity', 'root', 'verdict', 'number', 'time_ms', 'uid', 'wireshark_filter')}
            if 'messages' in r:
                r['messages'] = [{name: value for name, value in m.items() if name != 'verdict'} for m in r['messages']]
            found.append(r)
        plain[key] = sorted(found, key=lambda r: json.dumps(r, sort_keys=True))
    return plain


def compare(watched, captured):
    live, filed = settled(by_session(watched)), settled(by_session(captured))
    assert live.keys() == filed.keys(), 'sessions differ: %s' % (live.keys() ^ filed.keys())
    for key, records in filed.items():
        assert live[key] == records, 'session %s\nwatch: %s\nread:  %s' % (
            key, *(json.dumps([r for r in a if r not in b], indent=1) for a, b in ((live[key], records), (records, live[key]))))
    assert len(filed) > 20, 'only %d sessions' % len(filed)


def test_watch_equals_read(lab):
    """What watch prints is what read prints of the packets tcpdump took at the same time; and so does the log."""
    capture = lab.path('all.pcap')
    with Watch(lab, '-i', 'cli0', '--format', 'json', output=lab.path('all.json')) as watch, \
            Watch(lab, '-i', 'cli0', '--verbose') as log, network.captured(capture):
        all_scenes(lab)
    records = watch.records
    compare(records, [json.loads(line) for line in read(lab, capture, '--format', 'json').splitlines()])
    causes = {(r['id'], r['cause']) for r in records if r['type'] == 'finding'}
    for wanted in (('unexpected-500', 'unknown-command'), ('unexpected-221', 'during-data')):
        assert wanted in causes, '%s is missing of %s' % (wanted, causes)
    assert records[-1]['type'] == 'summary' and records[-1]['dropped_packets'] == 0 and not records[-1]['errors'], records[-1]
    found = sum(1 for r in records if r['type'] == 'finding')
    assert sum(1 for line in log.lines if ' ! ' in line[:60]) == found
    assert sum(1 for line in log.lines if ' < ' in line[:60]) >= sum(1 for r in records if r['type'] == 'reply')


def codes(records):
    return [r['code'] for r in records if r['type'] == 'reply']


def test_any_and_several(lab):
    """`any`, and two interfaces by name, see the same replies."""
    with Watch(lab, '-i', 'any', '--format', 'json') as every, Watch(lab, '-i', 'cli0', '-i', 'lo', '--format', 'json') as two:
        short_talk(SCRIPTED)
    assert codes(two.records) == [220, 250, 250, 500, 221], two.text
    assert codes(every.records) == [220, 250, 250, 500, 221], every.text
    assert {r['interface'] for r in two.records if r['type'] == 'reply'} == {0}


def test_layers(lab):
    """Tagged, fragmented and extended packets get through the kernel's filter, on an Ethernet interface and on `any`."""
    talk_program = os.environ.get('TALK')
    if not talk_program or not shutil.which('tcpreplay'):
        print('skipped: test_layers needs tcpreplay and TALK=PATH, the program of tests/talk')
        return
    known = subprocess.run([talk_program, '--layers'], stdout=subprocess.PIPE, check=True).stdout.decode().split()
    for layer in LAYERS:
        if layer not in known:
            assert layer == 'ethernet', layer
        capture = lab.path(layer + '.pcap')
        network.run(talk_program, *(['--layer', layer] if layer in known else []), TALKS + '/500-unknown-command.talk', capture)
        expected = codes(json.loads(line) for line in read(lab, capture, '--format', 'json').splitlines())
        assert expected
        with Watch(lab, '-i', 'cli0', '--format', 'json') as one, Watch(lab, '-i', 'any', '--format', 'json') as every:
            network.run('tcpreplay', '-q', '--pps=2000', '-i', 'srv0', capture, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        assert codes(one.records) == expected, '%s: %s instead of %s' % (layer, codes(one.records), expected)
        # Of the second tag `any` has what the kernel makes of it: recent ones write the protocol behind it into the cooked header and
        # leave the tag in the packet, which tcpdump cannot read either.
        assert layer == 'qinq' or codes(every.records) == expected, '%s on any: %s instead of %s' % (layer, codes(every.records), expected)


def test_confined(lab):
    """After the start: an unprivileged user, no capability, no new privileges, seccomp. SIGINT ends it cleanly."""
    with Watch(lab, '-i', 'cli0') as watch:
        facts = watch.facts()
        assert facts['Uid'].split() == ['65534'] * 4, facts['Uid']
        assert all(int(facts[name], 16) == 0 for name in ('CapEff', 'CapPrm', 'CapInh', 'CapAmb', 'CapBnd')), facts
        assert facts['NoNewPrivs'] == '1' and (SLOW or facts['Seccomp'] == '2'), facts
        assert not facts['Groups'].split(), facts['Groups']
        scenes.plain_delivery(lab)
    assert watch.status == 0, watch.errors


def test_capability_alone(lab):
    """A user with CAP_NET_RAW and nothing else can watch; one without is told what is missing."""
    user = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups']
    watch = Watch(lab, '-i', 'cli0')
    watch.command[4:4] = user + ['--inh-caps=-all,+net_raw', '--ambient-caps=-all,+net_raw']
    with watch:
        assert int(watch.facts()['CapEff'], 16) == 0
        scenes.plain_delivery(lab)
    assert sum(1 for line in watch.lines if ' < ' in line) == 7, watch.text
    plain = subprocess.run(['ip', 'netns', 'exec', 'client', *user, '--inh-caps=-all', lab.program, 'watch', '-i', 'cli0'],
                           stderr=subprocess.PIPE, check=False, timeout=300)
    assert plain.returncode == 3 and b'CAP_NET_RAW' in plain.stderr and b'setcap cap_net_raw+ep /' in plain.stderr, plain.stderr


def test_promptness(lab):
    """Each record is in the output while its session still waits for what comes next; how soon is for the bench to measure."""
    output = lab.path('prompt.json')
    all_seen = threading.Event()
    worst = 0.0
    with Watch(lab, '-i', 'cli0', '--format', 'json', output=output):
        server = Script(GREETING, ..., OFFERS, ..., OK, ..., OK, all_seen).serve(SCRIPTED)
        client = threading.Thread(target=talk, args=(SCRIPTED, ..., 0.31, HELLO, ..., 0.27, MAIL, ..., 0.33, 'NOOP\r\n', ..., all_seen))
        client.start()
        seen = 0
        end = time.monotonic() + LIMIT
        while seen < 4 and time.monotonic() < end:
            with open(output, encoding='utf-8') as file:
                lines = [line for line in file if line.endswith('\n')]
            now = time.time()
            for line in lines[seen:]:
                record = json.loads(line)
                then = datetime.datetime.fromisoformat(record['time'][:26] + '+00:00').timestamp()
                worst = max(worst, now - then)
                seen += 1
            time.sleep(0.005)
        all_seen.set()
        client.join()
        server.join()
    assert seen >= 4, 'only %d records while the session was open' % seen
    print('slowest record: %.0f ms' % (worst * 1000))


def test_unfinished(lab):
    """Sessions that are open at the end are reported as unfinished."""
    ended = threading.Event()
    server = Script(GREETING, ..., OFFERS, ..., OK, ended).serve(SCRIPTED)
    client = threading.Thread(target=talk, args=(SCRIPTED, ..., HELLO, ..., MAIL, ..., ended))
    with Watch(lab, '-i', 'cli0', '--format', 'json', output=lab.path('unfinished.json')) as watch:
        client.start()
        assert watch.wait_for(lambda lines: len(codes(map(json.loads, lines))) == 3), 'no replies'
        watch.stop(signal.SIGTERM)
    ended.set()
    client.join()
    server.join()
    sessions = [r for r in watch.records if r['type'] == 'session']
    assert len(sessions) == 1 and 'unfinished' in sessions[0]['visibility'], sessions


def test_outputs(lab):
    """Rotation by size, SIGHUP, SIGUSR1; no line is lost or torn."""
    output = lab.path('rotated.json')
    with Watch(lab, '-i', 'cli0', '--format', 'json', '--rotate-size', '2K', '--rotate-keep', '30', output=output) as watch:
        for _ in range(4):
            scenes.plain_delivery(lab)
            watch.settle()
        os.rename(output, lab.path('moved.json'))
        watch.send(signal.SIGHUP)
        watch.settle()
        scenes.plain_delivery(lab)
        watch.settle()
        watch.send(signal.SIGUSR1)
    rotated = [lab.path(name) for name in os.listdir(lab.path('')) if name.startswith('rotated.json.')]
    assert len(rotated) >= 3, rotated
    records = []
    for path in [lab.path('moved.json'), output, *rotated]:
        with open(path, encoding='utf-8') as file:
            records += [json.loads(line) for line in file]
    assert sum(1 for r in records if r['type'] == 'reply') == 35, len(records)
    assert sum(1 for r in records if r['type'] == 'session') == 5
    assert '35 replies' in watch.errors and 'dropped by the kernel' in watch.errors, watch.errors


def test_kept_packets(lab):
    """--write keeps the packets of the sessions that are flagged, whole, and no others: read finds the same in them."""
    kept = lab.path('kept.pcap')
    with Watch(lab, '-i', 'cli0', '--format', 'json', '--write', kept) as watch:
        scenes.plain_delivery(lab)
        scenes.unknown_commands_postfix(lab)
        scenes.plain_delivery(lab)
        scenes.idle_timeout_postfix(lab)
    flagged = {r['session'] for r in watch.records if r['type'] == 'finding' and r['severity'] != 'info'}
    assert flagged
    live = settled(by_session([r for r in watch.records if r.get('session') in flagged]))
    filed = settled(by_session([json.loads(line) for line in read(lab, kept, '--format', 'json').splitlines()]))
    assert live == filed, (live.keys(), filed.keys())


def waits(records):
    """The causes of the findings about waiting."""
    return [r['cause'] for r in records if r['type'] == 'finding' and r['id'] == 'still-waiting']


def test_waiting(lab):
    """Sessions that hang are reported while they do, with whose turn it is, once; those that go on are not."""
    output = lab.path('waiting.json')
    with Watch(lab, '-i', 'cli0', '--format', 'json', '--waiting', '1', output=output) as watch:
        server = Script(2.2, GREETING, ..., OFFERS, ..., 2.2, OK, ..., OK).serve(SCRIPTED)
        client = threading.Thread(target=talk, args=(SCRIPTED, ..., HELLO, ..., 2.2, MAIL, ..., rcpt('alice'), ...))
        client.start()
        scenes.plain_delivery(lab)
        told = watch.wait_for(lambda lines: 'greeting' in waits(map(json.loads, lines))) and client.is_alive()
        client.join()
        server.join()
    hanging = next(r['session'] for r in watch.records if r['type'] == 'session' and r['server']['ip'] == SCRIPTED)
    found = waits(r for r in watch.records if r.get('session') == hanging)
    assert found == ['greeting', 'client', 'command'], found
    assert told, 'it was reported too late'


def query(expression):
    """What Prometheus on the client's host knows, as {labels: value}."""
    url = 'http://127.0.0.1:9090/api/v1/query?query=' + expression
    text = subprocess.run(['ip', 'netns', 'exec', 'client', 'curl', '-s', '--max-time', '60', url], stdout=subprocess.PIPE, check=False).stdout
    return {json.dumps({key: value for key, value in sample['metric'].items() if key not in ('instance', 'job', '__name__')}, sort_keys=True):
            float(sample['value'][1]) for sample in json.loads(text)['data']['result']} if text else {}


def test_prometheus(lab):
    """A real Prometheus scrapes the figures, and promtool has nothing to say against them."""
    programs = [os.environ.get('PROMETHEUS') or shutil.which('prometheus') or '']
    if not programs[0]:
        print('skipped: test_prometheus needs prometheus (PROMETHEUS=PATH)')
        return
    tool = os.path.join(os.path.dirname(programs[0]), 'promtool')
    config = lab.path('prometheus.yml')
    with open(config, 'w', encoding='ascii') as file:
        file.write('global: {scrape_interval: 1s}\nscrape_configs: [{job_name: mail, static_configs: [{targets: ["127.0.0.1:9225"]}]}]\n')
    with Watch(lab, '-i', 'cli0', '--metrics', '127.0.0.1:9225') as watch:
        prometheus = subprocess.Popen(['ip', 'netns', 'exec', 'client', programs[0], '--config.file=' + config,
                                       '--web.listen-address=127.0.0.1:9090', '--storage.tsdb.path=' + lab.path('tsdb')],
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            scenes.plain_delivery(lab)
            scenes.unknown_commands_postfix(lab)
            replies, end = {}, time.monotonic() + LIMIT
            wanted = json.dumps({'code': '354', 'command': 'DATA'}, sort_keys=True)
            while replies.get(wanted) != 2 and time.monotonic() < end:
                time.sleep(0.5)
                replies = query('smtpscope_replies_total')
            assert replies.get(wanted) == 2, replies
            assert query('up') == {'{}': 1}
            assert query('smtpscope_interface_dropped_packets_total') == {'{"interface": "cli0"}': 0}
            assert sum(query('smtpscope_findings_total').values()) > 0
            assert query('histogram_quantile(0.5,smtpscope_reply_latency_seconds_bucket)')
            text = subprocess.run(['ip', 'netns', 'exec', 'client', 'curl', '-s', 'http://127.0.0.1:9225/metrics'], stdout=subprocess.PIPE,
                                  check=True).stdout
            lint = subprocess.run([tool, 'check', 'metrics'], input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
            assert lint.returncode == 0 and not lint.stdout, lint.stdout.decode()
        finally:
            prometheus.terminate()
            prometheus.wait()
    assert watch.status == 0, watch.errors


def burst(lab):
    """A capture of small transactions, and what read counts in it; None where something is missing."""
    traffic = os.environ.get('TRAFFIC')
    if not traffic or not shutil.which('tcpreplay'):
        print('skipped: bursts need tcpreplay and TRAFFIC=PATH, the program of tests/bench')
        return None, None
    capture = lab.path('burst.pcap')
    if not os.path.exists(capture):
        network.run(traffic, '--preset', 'chatty', '--size', '6000000' if SLOW else '60000000', '--output', capture)
    return capture, json.loads(read(lab, capture, '--format', 'json').splitlines()[-1])


def send_burst(capture):
    """Sends it at full speed, or as fast as a program with sanitizers may be asked to read."""
    speed = '--pps=50000' if SLOW else '--topspeed'
    network.run('tcpreplay', '-q', '-K', speed, '-i', 'srv0', capture, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def nothing_unsaid(summary, filed):
    """Every packet that was sent was either analyzed or counted as dropped."""
    assert summary['packets'] + summary['dropped_packets'] == filed['packets'], 'sent %d, analyzed %d, dropped %d' % (
        filed['packets'], summary['packets'], summary['dropped_packets'])


def test_burst(lab):
    """A burst that no ring holds: what is analyzed and what is dropped add up, and where nothing is dropped, watch counts what read does.

    Whether the analysis falls behind, and whether packets are dropped then, depends on the machine: script/bench --live measures it."""
    capture, filed = burst(lab)
    if not capture:
        return
    for attempt in range(5):  # other programs may use the processors for longer than the ring takes to fill
        with Watch(lab, '-i', 'cli0', '--format', 'json', '--buffer-size', '24M', output=lab.path('burst-%d.json' % attempt)) as watch:
            send_burst(capture)
            watch.settle()
        assert watch.status == 0, watch.errors
        summary = json.loads(watch.lines[-1])
        nothing_unsaid(summary, filed)
        if not summary['dropped_packets']:
            break
        print('%d packets were dropped, trying again' % summary['dropped_packets'])
    else:
        print('this machine is too slow or too busy to compare the counts of a burst without losses')
        return
    summary['findings'], filed['findings'] = (sum(x['findings'].values()) for x in (summary, filed))
    for key in ('packets', 'bytes', 'sessions', 'replies', 'findings', 'messages'):
        assert summary[key] == filed[key], '%s: watch %s, read %s' % (key, summary[key], filed[key])


def test_burst_interrupted(lab):
    """SIGINT under a burst: the end is clean, the output whole, and packets that were not analyzed count as dropped."""
    capture, filed = burst(lab)
    if not capture:
        return
    with Watch(lab, '-i', 'cli0', '--format', 'json', output=lab.path('interrupted.json')) as watch:
        send_burst(capture)
        watch.stop(at_once=True)
    assert watch.status == 0, watch.errors
    records = watch.records
    assert records[-1]['type'] == 'summary', records[-1]
    nothing_unsaid(records[-1], filed)
    ended = sum(1 for record in records if record['type'] == 'session')
    assert ended == records[-1]['sessions'], '%d sessions were counted, %d written' % (records[-1]['sessions'], ended)
    print('SIGINT took %.0f ms, %d packets were left' % (watch.end_time * 1000, records[-1]['dropped_packets']))


def test_server_stopped(lab):
    """A server that is stopped in the middle of a session is seen to say so."""
    with Watch(lab, '-i', 'cli0', '--format', 'json') as watch:
        scenes.shutdown_postfix(lab)
    last = [r for r in watch.records if r['type'] == 'session'][0]
    assert last['tcp']['closed'] in ('server-fin', 'server-rst') and last['outcome'] == 'aborted', strip(last)


def test_interface_down(lab):
    """An interface that goes down and up again is watched on."""
    with Watch(lab, '-i', 'cli0', '--format', 'json') as watch:
        network.run('ip', '-n', 'client', 'link', 'set', 'cli0', 'down')
        time.sleep(0.3)
        network.run('ip', '-n', 'client', 'link', 'set', 'cli0', 'up')
        network.run('ip', '-n', 'client', 'route', 'add', '192.0.2.0/24', 'dev', 'cli0')
        time.sleep(0.3)
        scenes.plain_delivery(lab)
    assert sum(1 for r in watch.records if r['type'] == 'reply') == 7, (watch.status, watch.errors, watch.text)


def lay_path():
    """A host behind a middlebox: away0 (namespace away) -- in0, out0 (namespace box) -- srv1, from where Postfix is reached."""
    for name in ('away', 'box'):
        network.run('ip', 'netns', 'add', name)
    network.run('ip', '-n', 'box', 'link', 'add', 'in0', 'type', 'veth', 'peer', 'name', 'away0', 'netns', 'away')
    network.run('ip', 'link', 'add', 'srv1', 'type', 'veth', 'peer', 'name', 'out0', 'netns', 'box')
    for name, device in (('away', 'away0'), ('box', 'in0'), ('box', 'out0')):
        with network.inside(name):
            network.plain_packets(device)
        network.run('ip', '-n', name, 'link', 'set', device, 'up')
    network.plain_packets('srv1')
    network.run('ip', 'link', 'set', 'srv1', 'up')
    network.run('ip', 'route', 'add', '203.0.113.0/24', 'dev', 'srv1', 'src', POSTFIX)
    network.run('ip', '-n', 'away', 'address', 'add', '203.0.113.10/24', 'dev', 'away0')
    network.run('ip', '-n', 'away', 'route', 'add', '192.0.2.0/24', 'dev', 'away0')


def capture(namespace, device, path):
    """tcpdump, once it captures."""
    command = (['ip', 'netns', 'exec', namespace] if namespace else []) + ['tcpdump', '-i', device, '-s', '0', '-U', '--immediate-mode', '-Z', 'root', '-w', path, 'tcp']
    tcpdump = subprocess.Popen(command, stderr=subprocess.PIPE)
    while b'listening' not in tcpdump.stderr.readline():
        pass
    return tcpdump


def test_diff_names_a_middlebox(lab):
    """A device that masks STARTTLS, clamps the MSS and drops a packet is seen from captures of both its sides; without it there is nothing."""
    lay_path()
    here = os.path.dirname(os.path.abspath(__file__))
    box = subprocess.Popen(['ip', 'netns', 'exec', 'box', 'python3', '-B', here + '/middlebox.py', 'in0', 'out0'], stdout=subprocess.PIPE)
    box.stdout.readline()
    paths = [lab.path('inside.pcap'), lab.path('outside.pcap')]
    captures = [capture('away', 'away0', paths[0]), capture(None, 'srv1', paths[1])]
    subprocess.run(['ip', 'netns', 'exec', 'away', 'swaks', '--server', POSTFIX, '--helo', 'client.example.org', '--from', 'sender@example.org', '--to', 'alice@example.net',
                    '-tlso', '--body', 'Hello.'], check=True, stdout=subprocess.DEVNULL)
    for program in captures:
        network.settle(program)
    for program in captures + [box]:
        program.send_signal(signal.SIGINT)
        program.wait(300)
    done = subprocess.run([lab.program, 'diff', '--format', 'json', *paths], capture_output=True, text=True, check=False)
    records = [json.loads(line) for line in done.stdout.splitlines()]
    pair, = (r for r in records if r['type'] == 'pair')
    found = {(r['kind'], r['sender']): r for r in records if r['type'] == 'difference'}
    assert done.returncode == 1, done
    assert (pair['nearer_to_client'], pair['client_hops'], pair['server_hops'], pair['connection']) == ('a', 3, 3, 'same'), pair
    assert pair['clock_offset']['low_us'] <= 0 <= pair['clock_offset']['high_us'] < 100000, pair
    # With the lost packet, an acknowledgement may be lost that the server waited for.
    assert set(found) - {('acknowledgement-lost', 'server')} == {('starttls-masked', 'server'), ('mss-changed', 'client'), ('mss-changed', 'server'),
                                                                 ('lost-between', 'client')}, list(found.values())
    masked = found['starttls-masked', 'server']
    assert (masked['a']['text'], masked['b']['text'], masked['certainty']) == ('250-XXXXXXXA', '250-STARTTLS', 'certain'), masked
    assert found['mss-changed', 'client']['b']['text'] == 'MSS 1200', found
    print(subprocess.run([lab.program, 'diff', *paths], capture_output=True, text=True, check=False).stdout)
    # The same capture twice: no difference.
    done = subprocess.run([lab.program, 'diff', paths[0], paths[0]], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
