#include "tests/integration/server/slapd.hpp"

#include "tests/reserved_port.hpp"

#include <fmt/format.h>

#include <arpa/inet.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace farboot::test
{

namespace
{

constexpr const char* program = "/usr/sbin/slapd";

void must(const std::vector<std::string>& line)
{
    std::string output;
    if (run(line, &output) != 0)
        throw std::runtime_error(line.front() + ": " + output);
}

} // namespace

SilentPort::SilentPort() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* const raw = reinterpret_cast<sockaddr*>(&address);
    if (::bind(socket_, raw, size) != 0 || ::listen(socket_, 16) != 0 || ::getsockname(socket_, raw, &size) != 0)
        throw std::runtime_error("no free port");
    port_ = ntohs(address.sin_port);
}

SilentPort::~SilentPort()
{
    ::close(socket_);
}

bool SilentPort::was_visited() const
{
    pollfd waiting{.fd = socket_, .events = POLLIN, .revents = 0};
    return ::poll(&waiting, 1, 0) == 1;
}

Slapd::Slapd(std::filesystem::path folder, const std::filesystem::path& certificate, const std::filesystem::path& key,
             const std::string& ldif)
    : folder_(std::move(folder)), port_(reserved_port()), tls_port_(reserved_port())
{
    std::filesystem::create_directories(folder_ / "db");
    const auto configuration = folder_ / "slapd.conf";
    write_whole(configuration, fmt::format(R"(include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {0}/pid
TLSCertificateFile {1}
TLSCertificateKeyFile {2}
security simple_bind=128
database mdb
suffix dc=example,dc=org
directory {0}/db
rootdn {3}
rootpw secret
access to attrs=userPassword by anonymous auth by * none
access to * by dn="cn=reader,dc=example,dc=org" read by anonymous auth by * none
)",
                                           folder_.string(), certificate.string(), key.string(), root));
    write_whole(folder_ / "ldif", ldif);
    must({"/usr/sbin/slapadd", "-f", configuration.string(), "-l", (folder_ / "ldif").string()});
    process_ = std::make_unique<Process>(std::vector<std::string>{program, "-d", "0", "-h",
                                                                  fmt::format("{} {}", ldap(), ldaps()), "-f",
                                                                  configuration.string()},
                                         folder_ / "log");
    const auto answers = [this] {
        std::string output;
        return run({"/usr/bin/ldapwhoami", "-x", "-H", ldap()}, &output) == 0;
    };
    if (!eventually(answers))
        throw std::runtime_error("slapd does not answer: " + read_whole(folder_ / "log"));
}

bool Slapd::installed()
{
    return std::filesystem::exists(program) && std::filesystem::exists("/usr/bin/ldapmodify");
}

std::string Slapd::ldap() const
{
    return fmt::format("ldap://127.0.0.1:{}", port_);
}

std::string Slapd::ldaps() const
{
    return fmt::format("ldaps://127.0.0.1:{}", tls_port_);
}

void Slapd::modify(const std::string& ldif)
{
    write_whole(folder_ / "change", ldif);
    must({"/usr/bin/env", "LDAPTLS_REQCERT=allow", "ldapmodify", "-x", "-H", ldaps(), "-D", root, "-w", "secret", "-f",
          (folder_ / "change").string()});
}

} // namespace farboot::test
