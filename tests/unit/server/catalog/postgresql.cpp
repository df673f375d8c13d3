#include "tests/unit/server/catalog/postgresql.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <unistd.h>

namespace farboot::test
{

PostgreSql* PostgreSql::instance()
{
    static const std::unique_ptr<PostgreSql> server = []() -> std::unique_ptr<PostgreSql> {
        const std::filesystem::path versions = "/usr/lib/postgresql";
        if (std::filesystem::exists(versions))
            for (const auto& version : std::filesystem::directory_iterator(versions))
                if (std::filesystem::exists(version.path() / "bin/initdb"))
                    return std::unique_ptr<PostgreSql>(new PostgreSql(version.path() / "bin"));
        return nullptr;
    }();
    return server.get();
}

PostgreSql::PostgreSql(std::filesystem::path bin) : bin_(std::move(bin))
{
    std::string pattern = "/tmp/farboot-postgresql-XXXXXX";
    if (!::mkdtemp(pattern.data()))
        throw std::runtime_error("no temporary folder");
    folder_ = pattern;
    if (::geteuid() == 0 && std::system(fmt::format("chown postgres {}", folder_.string()).c_str()) != 0)
        throw std::runtime_error("no user postgres");
    if (run("initdb -D {0}/data -U farboot -A trust --no-sync > {0}/initdb 2>&1") != 0)
        throw std::runtime_error("no PostgreSQL: see " + (folder_ / "initdb").string());
    start();
}

PostgreSql::~PostgreSql()
{
    run("pg_ctl -D {0}/data -m immediate -w stop > {0}/pg_ctl 2>&1");
    std::filesystem::remove_all(folder_);
}

int PostgreSql::run(const std::string& command) const
{
    // it refuses to run as root
    const std::string user = ::geteuid() == 0 ? "runuser -u postgres -- " : "";
    const auto line = fmt::format(fmt::runtime(command), folder_.string());
    return std::system(fmt::format("cd {} && {}{}/{}", folder_.string(), user, bin_.string(), line).c_str());
}

catalog::DatabaseSettings PostgreSql::fresh()
{
    const auto name = fmt::format("test{}", next_++);
    if (run("createdb -h {0} -U farboot " + name) != 0)
        throw std::runtime_error("no database " + name);
    return *catalog::DatabaseSettings::parse(fmt::format("postgresql://farboot@/{}?host={}", name, folder_.string()));
}

void PostgreSql::restart()
{
    if (run("pg_ctl -D {0}/data -m fast -w -t 120 -l {0}/log restart > {0}/pg_ctl 2>&1") != 0)
        throw std::runtime_error("PostgreSQL does not start again: see " + (folder_ / "log").string());
}

void PostgreSql::stop()
{
    if (run("pg_ctl -D {0}/data -m fast -w -t 120 stop > {0}/pg_ctl 2>&1") != 0)
        throw std::runtime_error("PostgreSQL does not end: see " + (folder_ / "log").string());
}

void PostgreSql::start()
{
    if (run("pg_ctl -D {0}/data -w -t 120 -l {0}/log -o \"-c listen_addresses= -c unix_socket_directories={0} -c "
            "fsync=off\" start > {0}/pg_ctl 2>&1") != 0)
        throw std::runtime_error("PostgreSQL does not start: see " + (folder_ / "log").string());
}

} // namespace farboot::test
