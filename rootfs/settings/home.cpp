#include "rootfs/settings/home.hpp"

#include "rootfs/settings/checks.hpp"

namespace farboot::settings
{

namespace
{

bool is_kind(std::string_view text)
{
    return text == "none" || text == "nfs" || text == "cifs";
}

/// "homes", "{user}$", "staff/{user}"
bool is_share(std::string_view text)
{
    std::string plain(text);
    if (const auto user = plain.find("{user}"); user != plain.npos)
        plain.replace(user, 6, "x");
    return is_path("/" + plain.substr(0, plain.size() - (plain.ends_with('$') ? 1 : 0))) && !plain.starts_with('/') &&
           plain != "$";
}

} // namespace

Parsed<Home> Home::parse(const Json& value)
{
    Members members(value, "A home", R"({"kind": "nfs", "server": "nas.example.org", "path": "/export/home"})",
                    {"kind", "server", "path", "share", "domain"});
    const auto kind = members.needed("kind", 16, is_kind, "nfs, cifs or none");
    Home home;
    home.kind = kind == "nfs" ? Kind::nfs : kind == "cifs" ? Kind::cifs : Kind::none;
    home.server = members.text("server", 253, is_host, "a host's name or address").value_or("");
    home.path = members.text("path", 256, is_path, "what the server exports, such as /export/home").value_or("");
    home.share = members.text("share", 128, is_share, "a share's name, such as homes or {user}$").value_or("");
    home.domain = members.text("domain", 64, is_name, "a domain's or workgroup's name").value_or("");
    const auto lacks = [&](bool missing, const char* member, const char* why) {
        if (missing)
            members.refuse(member, why);
    };
    lacks(home.kind != Kind::none && home.server.empty(), "server", "server is missing: the host that has the files.");
    lacks(home.kind == Kind::nfs && home.path.empty(), "path",
          "path is missing: what the server exports, such as /export/home.");
    lacks(home.kind == Kind::cifs && home.share.empty(), "share",
          "share is missing: its name, such as homes or {user}$.");
    lacks(home.kind != Kind::nfs && !home.path.empty(), "path", "Only a home of the kind nfs has a path.");
    lacks(home.kind != Kind::cifs && !(home.share.empty() && home.domain.empty()), "share",
          "Only a home of the kind cifs has a share and a domain.");
    lacks(home.kind == Kind::none && !home.server.empty(), "server", "A home of the kind none has no server.");
    return members.result(std::move(home));
}

const char* Home::kind_name() const
{
    return kind == Kind::nfs ? "nfs" : kind == Kind::cifs ? "cifs" : "none";
}

Json Home::to_json() const
{
    Json json{{"kind", kind_name()}};
    for (const auto& [member, text] : {std::pair("server", &server), std::pair("path", &path),
                                       std::pair("share", &share), std::pair("domain", &domain)})
        if (!text->empty())
            json[member] = *text;
    return json;
}

} // namespace farboot::settings
