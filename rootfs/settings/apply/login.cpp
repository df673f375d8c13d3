#include "rootfs/settings/apply/apply.hpp"

#include <fmt/ranges.h>

namespace farboot::settings
{

namespace
{

constexpr std::string_view config = "/etc/sssd/sssd.conf";
constexpr std::string_view own_ca = "/etc/sssd/farboot-ca.pem";
constexpr std::string_view system_ca = "/etc/ssl/certs/ca-certificates.crt";

/// Users are looked up without a password of SSSD's own, and authenticated by a bind as themselves, over TLS only.
/// Nothing is cached for a start without the network: there is none.
std::string config_text(const Login& login)
{
    auto text =
        fmt::format("[sssd]\n"
                    "services = nss, pam\n"
                    "domains = farboot\n"
                    "\n"
                    "[domain/farboot]\n"
                    "id_provider = ldap\n"
                    "auth_provider = ldap\n"
                    "chpass_provider = ldap\n"
                    "sudo_provider = none\n"
                    "autofs_provider = none\n"
                    "resolver_provider = none\n"
                    "ldap_uri = {}\n"
                    "ldap_search_base = {}\n"
                    "ldap_schema = {}\n"
                    "ldap_id_use_start_tls = true\n"
                    "ldap_tls_reqcert = demand\n"
                    "ldap_tls_cacert = {}\n"
                    "cache_credentials = false\n"
                    "fallback_homedir = /home/%u\n"
                    "default_shell = /bin/bash\n",
                    fmt::join(login.servers, ", "), login.base, login.schema, login.ca.empty() ? system_ca : own_ca);
    if (login.schema == "ad")
        text += "ldap_id_mapping = true\n";
    if (login.groups.empty())
        return text + "access_provider = permit\n";
    return text + fmt::format("access_provider = simple\nsimple_allow_groups = {}\n", fmt::join(login.groups, ", "));
}

/// SSSD with what NSS and PAM need of it.
Result<void> check_installed(const Machine& machine)
{
    if (!machine.has("/usr/sbin/sssd"))
        return fail("lacking",
                    "SSSD is not in this system: install sssd-ldap, libnss-sss and libpam-sss in its image.");
    if (machine.read("/etc/nsswitch.conf").find(" sss") == std::string::npos)
        return fail("lacking", "/etc/nsswitch.conf does not name sss: install libnss-sss in the system's image.");
    if (machine.read("/etc/pam.d/common-auth").find("pam_sss.so") == std::string::npos)
        return fail("lacking", "PAM does not use SSSD: install libpam-sss in the system's image.");
    return {};
}

} // namespace

Result<void> apply(const Login& login, Machine& machine)
{
    if (login.servers.empty())
        return machine.remove(config);
    if (auto installed = check_installed(machine); !installed)
        return installed;
    if (!login.ca.empty())
        if (auto written = machine.write(own_ca, login.ca); !written)
            return written;
    // Who comes for the first time has no folder.
    if (auto written =
            machine.write_block("/etc/pam.d/common-session", "session optional pam_mkhomedir.so umask=0077\n");
        !written)
        return written;
    return machine.write(config, config_text(login), 0600);
}

} // namespace farboot::settings
