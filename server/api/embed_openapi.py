#!/usr/bin/python3
"""Writes openapi.yaml as C++: embed_openapi.py openapi.yaml openapi.cpp"""
import json
import sys

import yaml

with open(sys.argv[1], encoding="utf-8") as source:
    text = json.dumps(yaml.safe_load(source), ensure_ascii=False, separators=(",", ":"))
with open(sys.argv[2], "w", encoding="utf-8") as made:
    made.write('#include "server/api/openapi.hpp"\n\n'
               "std::string_view farboot::server::api::openapi_document()\n{\n"
               f'    return R"openapi({text})openapi";\n}}\n')
