#include "vmchooser/catalog/session_data.hpp"

#include <nlohmann/json.hpp>

#include <fstream>

namespace farboot::vmchooser
{
namespace
{

constexpr std::size_t longest_file = 1 << 20;

Result<std::string> read_file(const std::filesystem::path& file)
{
    std::ifstream stream(file, std::ios::binary);
    std::string content(longest_file, '\0');
    stream.read(content.data(), static_cast<std::streamsize>(content.size()));
    content.resize(static_cast<std::size_t>(stream.gcount()));
    if (content.empty() || content.size() == longest_file)
        return fail(
            "session-data",
            "This system was not started by Farboot, or its data is gone: {} cannot be read. The installed desktops "
            "can be used all the same.",
            file.native());
    return content;
}

} // namespace

Result<SessionData> SessionData::load(const std::filesystem::path& folder)
{
    const auto server = read_file(folder / "server.json");
    if (!server)
        return std::unexpected(server.error());
    const auto policy_text = read_file(folder / "policy.dsse");
    if (!policy_text)
        return std::unexpected(policy_text.error());

    const auto json = nlohmann::json::parse(*server, nullptr, false);
    if (!json.is_object() || !json.contains("version") || json["version"] != 1 || !json.contains("server") ||
        !json["server"].is_string())
        return fail("session-data", "{} does not name a server.", (folder / "server.json").native());

    SessionData data;
    data.server = json["server"].get<std::string>();
    while (data.server.ends_with('/'))
        data.server.pop_back();
    if (!data.server.starts_with("https://") && !data.server.starts_with("http://"))
        return fail("session-data", "The server's address in {} is not one of https.",
                    (folder / "server.json").native());
    if (std::filesystem::exists(folder / "ca.pem"))
        data.ca_file = folder / "ca.pem";
    auto policy = rootfs::Policy::load_pinned(*policy_text);
    if (!policy)
        return std::unexpected(policy.error());
    data.policy = std::move(*policy);
    return data;
}

bool files_vanish(const std::filesystem::path& folder)
{
    const auto text = read_file(folder / "home.json");
    const auto json = text ? nlohmann::json::parse(*text, nullptr, false) : nlohmann::json();
    return json.is_object() && json.value("home", nlohmann::json()) == "none";
}

} // namespace farboot::vmchooser
