#include "rootfs/settings/login.hpp"

#include "rootfs/settings/checks.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>

namespace farboot::settings
{

namespace
{

constexpr const char* example =
    R"({"kind": "ldap", "servers": ["ldaps://ldap.example.org"], "base": "dc=example,dc=org"})";

bool is_schema(std::string_view text)
{
    return text == "rfc2307" || text == "rfc2307bis" || text == "ad";
}

bool is_base(std::string_view text)
{
    return is_plain(text) && text.contains('=');
}

/// Certificates, one after the other, and nothing else: whoever pastes a key with them has not meant to show it.
bool is_certificates(std::string_view text)
{
    if (text.size() > Login::longest_ca || text.contains("PRIVATE KEY") || !is_made_of(text, "+/=\n\r- "))
        return false;
    const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())),
                                                        BIO_free);
    int count = 0;
    for (;;) {
        const std::unique_ptr<X509, decltype(&X509_free)> one(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr),
                                                              X509_free);
        if (!one)
            break;
        ++count;
    }
    ERR_clear_error();
    std::size_t named = 0;
    for (auto at = text.find("-----BEGIN "); at != text.npos; at = text.find("-----BEGIN ", at + 1))
        ++named;
    return count > 0 && static_cast<std::size_t>(count) == named;
}

} // namespace

Parsed<Login> Login::parse(const Json& value)
{
    Members members(value, "A log-in", example, {"kind", "servers", "base", "schema", "ca", "groups"});
    const auto kind = members.needed(
        "kind", 16, [](std::string_view text) { return text == "ldap" || text == "local"; }, "ldap or local");
    Login login;
    login.servers = members.texts(
        "servers", 5, 256, [](std::string_view text) { return is_url(text, {"ldap", "ldaps"}); },
        "an address such as ldaps://ldap.example.org; ldap:// is used with StartTLS");
    login.base = members.text("base", 256, is_base, "where the users are, such as dc=example,dc=org").value_or("");
    login.schema = members.text("schema", 16, is_schema, "rfc2307, rfc2307bis or ad").value_or("rfc2307");
    login.ca = members
                   .text("ca", longest_ca, is_certificates,
                         "the certificates of the authorities in PEM (-----BEGIN CERTIFICATE-----…), and nothing else")
                   .value_or("");
    login.groups = members.texts(
        "groups", 20, 64, [](std::string_view text) { return is_plain(text) && !text.contains(','); },
        "a group's name");
    if (kind == "ldap" && login.servers.empty())
        members.refuse("servers", "A log-in of the kind ldap needs a server, such as ldaps://ldap.example.org.");
    if (kind == "ldap" && login.base.empty())
        members.refuse("base", "base is missing: where the users are, such as dc=example,dc=org.");
    if (kind == "local" && login != Login{})
        members.refuse("kind", "A log-in of the kind local has no other members.");
    return members.result(std::move(login));
}

Json Login::to_json() const
{
    if (servers.empty())
        return {{"kind", "local"}};
    Json json{{"kind", "ldap"}, {"servers", servers}, {"base", base}, {"schema", schema}};
    if (!ca.empty())
        json["ca"] = ca;
    if (!groups.empty())
        json["groups"] = groups;
    return json;
}

} // namespace farboot::settings
