#include "pbl/agent/site.hpp"

#include "pbl/agent/files.hpp"

#include <nlohmann/json.hpp>

namespace farboot::agent
{

namespace
{

std::unexpected<Error> malformed(const std::filesystem::path& file, std::string_view why)
{
    return fail("site-malformed", "{} of this preboot system is not usable: {} It has to be built anew.", file.string(),
                why);
}

} // namespace

Result<Site> Site::load(const std::filesystem::path& folder)
{
    const auto site_file = folder / "site.json";
    const auto ca_file = folder / "ca.pem";
    const auto policy_file = folder / "policy.dsse";

    const auto text = read_small_file(site_file);
    if (!text)
        return malformed(site_file, text.error().sentence);
    const auto json = nlohmann::json::parse(*text, nullptr, false);
    if (!json.is_object() || json.value("version", nlohmann::json()) != 1)
        return malformed(site_file, "it is not JSON of version 1.");
    Site site;
    if (const auto server = json.find("server"); server != json.end() && server->is_string())
        site.server = *server;
    while (site.server.ends_with('/'))
        site.server.pop_back();
    if (!site.server.starts_with("https://"))
        return malformed(site_file, "\"server\" is not an https:// URL.");
    site.language = json.value("language", nlohmann::json()) == "en" ? "en" : "de";

    auto ca = read_small_file(ca_file);
    if (!ca)
        return malformed(ca_file, ca.error().sentence);
    site.ca_file = ca_file;
    site.ca = std::move(*ca);

    auto envelope = read_small_file(policy_file);
    if (!envelope)
        return malformed(policy_file, envelope.error().sentence);
    auto policy = rootfs::Policy::load_pinned(*envelope);
    if (!policy)
        return malformed(policy_file, policy.error().sentence);
    site.policy_envelope = std::move(*envelope);
    site.policy = std::move(*policy);
    return site;
}

} // namespace farboot::agent
