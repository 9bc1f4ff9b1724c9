"""The CDS Hooks client of HealthChain, run in its own environment (tools/peers): it asks a service for cards.

python cds_client.py ADDRESS HOOK PREFETCH.json; prints the cards as its types hold them.
"""

import json
import sys
from pathlib import Path
from urllib.request import urlopen

from healthchain.models import CDSResponse
from healthchain.models.responses.cdsdiscovery import CDSServiceInformation
from healthchain.sandbox import SandboxClient

address, hook, place = sys.argv[1:]
with urlopen(f"{address}/cds-services") as answer:
    offered = CDSServiceInformation.model_validate(json.load(answer)).services
service = next(s for s in offered if s.hook == hook)
client = SandboxClient(f"{address}/cds-services/{service.id}", workflow=hook)
client._construct_request(json.loads(Path(place).read_bytes()))
client.requests[0].context.patientId = "example"
(told,) = client.send_requests()
print(CDSResponse.model_validate(told).model_dump_json())
