#pragma once

#include <nlohmann/json.hpp>

namespace farboot::test
{

/// Of no authority that is used anywhere.
inline constexpr const char* certificate =
    "-----BEGIN "
    "CERTIFICATE-----"
    "\nMIIBdDCCARugAwIBAgIUBmxkr0t8YpkJwkVR5UNAa1pXUacwCgYIKoZIzj0EAwIw\nDzENMAsGA1UEAwwEVGVzdDAgFw0yNjExMjYxNjU2NDNaGA"
    "8yMTI2MTEwMjE2NTY0\nM1owDzENMAsGA1UEAwwEVGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABG+Q\nOPXOrG1BcWx9xvbvM/"
    "vr5RuLMzr8/"
    "CZtnm1tjxKK5AMPctcQXcZF0lyiv33x4rx2\nH8jr3HEVhb9aQwqBSJejUzBRMB0GA1UdDgQWBBRHuH1BEX3lr7Dl39IiTu3Birjv\nMTAfBgNVHSM"
    "EGDAWgBRHuH1BEX3lr7Dl39IiTu3BirjvMTAPBgNVHRMBAf8EBTAD\nAQH/MAoGCCqGSM49BAMCA0cAMEQCICIMtvUU/q/Bi/"
    "jQbX3M0SJj69nn8OIOyws3\nInIDrDx6AiAHEAouZktDaz+sxAyPbel2Dd4lzN5Y4DONMnImJaorKA==\n-----END CERTIFICATE-----\n";
inline constexpr const char* ssh_key =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMNAcBGgteI2dRqNEGiAte0iXe6+EzY8bHyuafXuCiAm anna";

/// All settings, each with all its members.
inline nlohmann::json all_settings()
{
    return {
        {"hostname", "pc-{id}"},
        {"locale", "de_DE.UTF-8"},
        {"keyboard", {{"layout", "de"}, {"variant", "nodeadkeys"}, {"model", "pc105"}, {"options", "compose:rwin"}}},
        {"time_zone", "Europe/Berlin"},
        {"login",
         {{"kind", "ldap"},
          {"servers", {"ldaps://ldap.example.org", "ldap://[2001:db8::1]:1389"}},
          {"base", "ou=People,dc=example,dc=org"},
          {"schema", "rfc2307bis"},
          {"ca", certificate},
          {"groups", {"students", "Mitarbeiter und Gäste"}}}},
        {"home", {{"kind", "nfs"}, {"server", "nas.example.org"}, {"path", "/export/home"}}},
        {"printers",
         {{{"name", "hall"},
           {"uri", "ipp://print.example.org:631/printers/hall"},
           {"description", "Entrance hall"},
           {"default", true}}}},
        {"proxy", {{"url", "http://proxy.example.org:3128"}, {"except", {"localhost", ".example.org"}}}},
        {"ssh_keys", {ssh_key}},
        {"idle", {{"log_out_minutes", 30}, {"power_off_minutes", 60}}},
        {"shutdown", {{{"days", {"mon", "fri"}}, {"time", "22:00"}}}},
        {"sources", {"https://cache.example.org/store", "https://[2001:db8::2]:8443/store"}}};
}

} // namespace farboot::test
