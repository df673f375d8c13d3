#include "server/catalog/database.hpp"

#include "server/catalog/migrate.hpp"

namespace farboot::catalog
{

namespace
{

constexpr std::size_t reader_count = 2;
constexpr std::size_t queue_limit = 1000;

} // namespace

Database::Database(DatabaseSettings settings)
    : settings_(std::move(settings)),
      reading_(reader_count),
      writer_(1, queue_limit, [this](std::size_t) { writing_.reset(); }),
      readers_(reader_count, queue_limit, [this](std::size_t thread) { reading_[thread].reset(); })
{
}

Database::~Database() = default;

Result<std::unique_ptr<Database>> Database::open(const DatabaseSettings& settings)
{
    try {
        Connection connection(settings);
        if (auto done = migrate(connection); !done)
            return std::unexpected(done.error());
        return std::unique_ptr<Database>(new Database(settings));
    } catch (const DatabaseError& error) {
        return fail("database", "{}. Is it running, and may this user use it?", error.what());
    }
}

} // namespace farboot::catalog
