#include "server/trust/authority.hpp"

#include "server/base/files.hpp"
#include "server/trust/certificate.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <unistd.h>

namespace farboot::server
{

namespace
{

constexpr std::chrono::days renew_before{30};

std::string host_name()
{
    std::array<char, 256> name{};
    ::gethostname(name.data(), name.size() - 1);
    return name.data();
}

/// Names are compared as they are: the certificate has one spelling.
std::string lower(std::string name)
{
    for (char& c : name)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return name;
}

Result<void> make_authority_files(const std::filesystem::path& data, std::chrono::sys_seconds now)
{
    const auto made = make_authority("Farboot authority of " + host_name().substr(0, 40), now);
    if (auto written = write_file(data / "ca.key", made.key, 0600); !written)
        return written;
    return write_file(data / "ca.pem", made.certificate, 0644); // last: once it is there, the key is too
}

} // namespace

bool is_host(std::string_view name)
{
    std::array<unsigned char, 16> raw{};
    const std::string text(name);
    if (::inet_pton(AF_INET, text.c_str(), raw.data()) == 1 || ::inet_pton(AF_INET6, text.c_str(), raw.data()) == 1)
        return true;
    const auto good = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
    };
    return !name.empty() && name.size() <= 253 && std::ranges::all_of(name, good) && name.front() != '.' &&
           name.front() != '-' && name.find("..") == std::string_view::npos;
}

Result<Authority> Authority::open(const std::filesystem::path& data, const std::vector<std::string>& names,
                                  std::chrono::sys_seconds now)
{
    Authority authority(data);
    if (!std::filesystem::exists(data / "ca.pem") && !std::filesystem::exists(authority.certificate())) {
        if (auto made = make_authority_files(data, now); !made)
            return std::unexpected(made.error());
    }
    std::vector<std::string> wanted;
    for (const auto& name : names) {
        if (!is_host(name))
            return fail("name-malformed", "\"{}\" is neither a host name nor an IP address.", name);
        wanted.push_back(lower(name));
    }
    bool fits = false;
    bool ours = std::filesystem::exists(data / "ca.key");
    if (const auto old = read_file(authority.certificate()); old) {
        const auto facts = read_certificate(*old);
        if (!facts)
            return fail("certificate-malformed", "{} is not a certificate in PEM form.",
                        authority.certificate().string());
        const auto key = read_file(authority.key());
        const auto ca = read_file(data / "ca.pem");
        fits = key && key_fits(*old, *key);
        ours = ours && ca && issued_by(*old, *ca);
        authority.names_ = facts->names;
    }
    if (const auto local = host_name(); is_host(local))
        wanted.push_back(lower(local));
    wanted.insert(wanted.end(), {"localhost", "127.0.0.1", "::1"});
    auto all = authority.names_;
    for (const auto& name : wanted)
        if (std::ranges::find(all, name) == all.end())
            all.push_back(name);
    if (ours && (!fits || all != authority.names_)) {
        if (auto issued = authority.issue(all, now); !issued)
            return std::unexpected(issued.error());
    } else if (!fits) {
        return fail("key-missing", "{} is not the key of {}.", authority.key().string(),
                    authority.certificate().string());
    }
    if (auto renewed = authority.renew(now); !renewed)
        return std::unexpected(renewed.error());
    return authority;
}

Result<bool> Authority::renew(std::chrono::sys_seconds now)
{
    const auto certificate = read_file(this->certificate());
    if (!certificate)
        return std::unexpected(certificate.error());
    const auto facts = read_certificate(*certificate);
    if (!facts)
        return std::unexpected(facts.error());
    names_ = facts->names;
    const auto ca = read_file(data_ / "ca.pem");
    // One that was made while the clock was ahead would not hold yet, and for longer than a year.
    const bool ahead = facts->begins > now || facts->expires > now + certificate_life + std::chrono::days(1);
    if ((facts->expires - now > renew_before && !ahead) || !ca || !issued_by(*certificate, *ca) ||
        !std::filesystem::exists(data_ / "ca.key"))
        return false;
    if (auto issued = issue(facts->names, now); !issued)
        return std::unexpected(issued.error());
    return true;
}

Result<void> Authority::issue(const std::vector<std::string>& names, std::chrono::sys_seconds now)
{
    const auto ca_key = read_file(data_ / "ca.key");
    const auto ca = read_file(data_ / "ca.pem");
    if (!ca_key || !ca)
        return std::unexpected(ca_key ? ca.error() : ca_key.error());
    auto key = read_file(this->key());
    if (!key) { // kept when the certificate is renewed: so one file is replaced, and the pair always fits
        key = make_key();
        if (auto written = write_file(this->key(), *key, 0600); !written)
            return written;
    }
    if (auto written = write_file(this->certificate(), issue_certificate({*ca_key, *ca}, *key, names, now), 0644);
        !written)
        return written;
    names_ = names;
    return {};
}

} // namespace farboot::server
