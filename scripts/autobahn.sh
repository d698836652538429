#!/usr/bin/env bash
# Runs Autobahn's WebSocket suite against the mock's transport, without the cases of compression (12, 13), which take long.
# The suite is Python 2: that is fetched from Debian 11 into a temporary folder, nothing is installed. Linux on x86-64.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$(mktemp -d /tmp/autobahn-XXXXXX)
debian=http://deb.debian.org/debian/pool/main
python=p/python2.7 version=2.7.18-8+deb11u1
for package in libf/libffi/libffi7_3.3-6 o/openssl/libssl1.1_1.1.1w-0+deb11u1 \
    $python/{libpython2.7,libpython2.7-dev,libpython2.7-minimal,libpython2.7-stdlib,python2.7,python2.7-dev,python2.7-minimal}_$version; do
    curl -sSf -o "$folder/package.deb" "$debian/${package}_amd64.deb"
    dpkg -x "$folder/package.deb" "$folder/root"
done
modules=$folder/root/usr/lib/python2.7/dist-packages
.venv/bin/pip download -q --no-deps -d "$folder" --python-version 27 --implementation py --abi none --only-binary :all: \
    pip==20.3.4 setuptools==44.1.1 wheel==0.37.1
for wheel in "$folder"/*.whl; do .venv/bin/python -m zipfile -e "$wheel" "$modules"; done
python2() {
    LD_LIBRARY_PATH=$folder/root/usr/lib/x86_64-linux-gnu PYTHONHOME=$folder/root/usr "$folder/root/usr/bin/python2.7" "$@"
}
python2 -m pip install -q --no-build-isolation --disable-pip-version-check Twisted==20.3.0 autobahn==0.10.9 six==1.16.0 \
    zope.interface==5.5.2 Werkzeug==1.0.1 Jinja2==2.11.3 MarkupSafe==1.1.1 klein==20.6.0 txaio==2.1.0 Automat==20.2.0 \
    incremental==21.3.0 constantly==15.1.0 hyperlink==21.0.0 idna==2.10 attrs==21.4.0 PyHamcrest==1.9.0 Tubes==0.2.0 \
    pyOpenSSL==21.0.0 cryptography==3.3.2 cffi==1.15.1 service_identity==21.1.0 enum34 ipaddress pyasn1==0.4.8 \
    pyasn1-modules==0.2.8 pycparser==2.21 unittest2 2>"$folder/pip.log" || { cat "$folder/pip.log"; exit 1; }
python2 -m pip install -q --no-deps --no-build-isolation --disable-pip-version-check autobahntestsuite==25.10.1 \
    2>"$folder/pip.log" || { cat "$folder/pip.log"; exit 1; }
.venv/bin/python benchmarks/peers/transport_echo.py 9001 &
trap 'kill %1; rm -rf "$folder"' EXIT
cat >"$folder/spec.json" <<EOF
{"outdir": "$folder/report", "servers": [{"agent": "mock", "url": "ws://127.0.0.1:9001"}],
 "cases": ["*"], "exclude-cases": ["12.*", "13.*"], "exclude-agent-cases": {}}
EOF
(cd "$folder" && python2 -c "
import sys
sys.argv = ['wstest', '-m', 'fuzzingclient', '-s', '$folder/spec.json']
from autobahntestsuite.wstest import run
run()") >"$folder/suite.log"
.venv/bin/python - "$folder/report/index.json" <<'EOF'
import collections, json, sys
cases = json.load(open(sys.argv[1]))["mock"]
print(dict(collections.Counter(case["behavior"] for case in cases.values())))
odd = sorted(name for name, case in cases.items() if case["behavior"] not in ("OK", "INFORMATIONAL"))
print("not OK:", ", ".join(f"{name} {cases[name]['behavior']}" for name in odd))
sys.exit(any(cases[name]["behavior"] != "NON-STRICT" for name in odd))
EOF
