#include "server/catalog/settings.hpp"

#include <QUrl>
#include <QUrlQuery>

namespace farboot::catalog
{

DatabaseSettings DatabaseSettings::sqlite(const std::filesystem::path& file)
{
    DatabaseSettings settings;
    settings.name = file.string();
    return settings;
}

Result<DatabaseSettings> DatabaseSettings::parse(std::string_view text)
{
    const QUrl url(QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size())), QUrl::StrictMode);
    const auto path = url.path().toStdString();
    if (url.isValid() && url.scheme() == "sqlite" && url.host().isEmpty() && path.size() > 1)
        return sqlite(path);
    if (!url.isValid() || (url.scheme() != "postgresql" && url.scheme() != "postgres") || path.size() < 2)
        return fail(
            "database-malformed",
            "A database is named as postgresql://user@host/name or sqlite:///path/to/file, not as this address.");
    if (!url.password().isEmpty())
        return fail("database-malformed", "Leave the password out of the database's address, where others could see "
                                          "it: put it into the file ~/.pgpass of "
                                          "the server's user, or name another such file in PGPASSFILE.");
    DatabaseSettings settings;
    settings.kind = Kind::postgresql;
    settings.name = path.substr(1);
    settings.host = url.host().toStdString();
    settings.port = url.port(0);
    settings.user = url.userName().toStdString();
    for (const auto& [name, value] : QUrlQuery(url).queryItems(QUrl::FullyDecoded)) {
        if (name == "host") // a socket's folder fits into no other place of a URL
            settings.host = value.toStdString();
        else
            settings.options +=
                fmt::format("{}{}={}", settings.options.empty() ? "" : ";", name.toStdString(), value.toStdString());
    }
    return settings;
}

} // namespace farboot::catalog
