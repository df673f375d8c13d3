#include "pbl/browser/origin.hpp"

namespace farboot::browser
{

namespace
{

constexpr int https_port = 443;

} // namespace

Result<Origin> Origin::parse(const QString& server)
{
    QUrl url(server, QUrl::StrictMode);
    if (!url.isValid() || url.scheme() != QLatin1String("https") || url.host().isEmpty() || !url.userInfo().isEmpty() ||
        url.hasQuery() || url.hasFragment())
        return fail("bad-url", "The server's address \"{}\" is not of the form https://host:port.",
                    server.toStdString());
    QString path = url.path();
    while (path.endsWith(QLatin1Char('/')))
        path.chop(1);
    url.setPath(path);
    return Origin(url);
}

bool Origin::holds(const QUrl& url) const
{
    // QUrl has lower-cased scheme and host already; user:password@ would only serve to deceive a reader.
    return url.isValid() && url.scheme() == base_.scheme() && url.host() == base_.host() &&
           url.port(https_port) == base_.port(https_port) && url.userInfo().isEmpty();
}

QUrl Origin::menu_page() const
{
    QUrl page = base_;
    page.setPath(base_.path() + QLatin1String("/menu/"));
    return page;
}

} // namespace farboot::browser
