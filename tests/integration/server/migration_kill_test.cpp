#include "server/catalog/connection.hpp"
#include "server/catalog/sql.hpp"
#include "tests/integration/rootfs/rounds.hpp"
#include "tests/integration/server/each_database.hpp"

#include <nlohmann/json.hpp>

#include <QCoreApplication>

#include <csignal>
#include <random>
#include <set>

using namespace farboot;
using namespace farboot::test;
using nlohmann::json;

namespace
{

/// A server that is killed while it makes its database, and started again.
class MigrationKill : public EachDatabase
{
protected:
    using Clock = std::chrono::steady_clock;

    /// Of a server that has made nothing yet.
    void clear()
    {
        server_.reset();
        std::filesystem::remove_all(data());
        if (on_postgresql())
            init_options_ = {"--database", fresh_postgresql_url()};
    }
    [[nodiscard]] std::vector<std::string> init() const
    {
        std::vector<std::string> line{FARBOOT_SERVER, "init", "--data", data().string()};
        line.insert(line.end(), init_options_.begin(), init_options_.end());
        return line;
    }
    void kill_at(Clock::duration after)
    {
        Process process(init(), folder_.path / "killed.log");
        const auto instant = Clock::now() + after;
        while (process.running() && Clock::now() < instant)
            std::this_thread::sleep_for(std::chrono::microseconds(50));
        process.send(SIGKILL);
        process.wait();
    }
    /// The schema's version, 0 where there is none. SQLite's files are copied: whoever opens them repairs them.
    std::int64_t version()
    {
        const Folder copy;
        auto settings = catalog::DatabaseSettings::sqlite(copy.path / "catalog.sqlite");
        if (on_postgresql())
            settings = *catalog::DatabaseSettings::parse(init_options_.back());
        else
            for (const auto* end : {"", "-wal"})
                if (const auto file = data() / (std::string("catalog.sqlite") + end); std::filesystem::exists(file))
                    std::filesystem::copy(file, copy.path / file.filename());
        try {
            catalog::Connection connection(settings);
            auto found = connection.run("schema-version");
            return found.next() ? catalog::number_of(found, "version") : 0;
        } catch (const catalog::DatabaseError&) { // there is no such table
            return 0;
        }
    }
    void expect_it_works()
    {
        start();
        ASSERT_FALSE(HasFatalFailure());
        EXPECT_EQ(version(), newest_);
        ASSERT_EQ(command({"token", "--name", "test"}, &token_), 0) << token_;
        token_.pop_back();
        const auto made = admin("POST", "/api/v1/entries",
                                R"({"kind": "tool", "record": "tool/local-disk", "title": {"en": "From the disk"}})");
        ASSERT_EQ(made.status, 201) << made.body;
        const auto menu = request("GET", "/api/v1/menu?for=preboot");
        ASSERT_EQ(menu.status, 200) << menu.body;
        const auto entries = json::parse(menu.body)["entries"];
        ASSERT_EQ(entries.size(), 1U) << menu.body;
        EXPECT_EQ(entries[0]["title"]["en"], "From the disk");
    }

    int argc_ = 1;
    char name_[15] = "migration-kill";
    char* argv_[2] = {name_, nullptr};
    QCoreApplication application_{argc_, argv_}; ///< Qt loads its database drivers through it
    const std::int64_t newest_ = catalog::migrations().back().first;
};

FARBOOT_ON_EACH_SERVER(MigrationKill);

} // namespace

TEST_P(MigrationKill, AMigrationGoesOnWhereItWas)
{
    const auto seed = setting("FARBOOT_SEED", std::random_device{}());
    fmt::print("FARBOOT_SEED={}\n", seed);
    std::mt19937_64 random(seed);
    clear();
    const auto begun = Clock::now();
    std::string output;
    ASSERT_EQ(run(init(), &output), 0) << output;
    const auto whole = Clock::now() - begun;

    constexpr int most = 200; ///< kills until one meets a database that is half made
    std::set<std::int64_t> met;
    Rounds rounds(5);
    while (rounds.next()) {
        SCOPED_TRACE(testing::Message() << "FARBOOT_SEED=" << seed << ", round " << rounds.number());
        std::int64_t left = 0;
        for (int kills = 0; left == 0 || left == newest_; ++kills) {
            ASSERT_LT(kills, most) << "none of them met a migration";
            clear();
            kill_at(whole * static_cast<std::int64_t>(random() % 1000) / 1000);
            left = version();
        }
        met.insert(left);
        expect_it_works();
        ASSERT_FALSE(HasFailure()) << "killed behind step " << left << "\n" << log();
    }
    fmt::print("It went on behind the steps {}.\n", fmt::join(met, ", "));
}
