#pragma once

#include "rootfs/base/error.hpp"

#include <QString>
#include <QUrl>

namespace farboot::browser
{

/// The one place on the network that the browser may talk to: scheme, host and port (RFC 6454).
class Origin
{
public:
    /// From the server's URL. Only https is accepted, with a host, without user, query or fragment. Reason: bad-url.
    [[nodiscard]] static Result<Origin> parse(const QString& server);

    /// True if `url` lies in this origin.
    [[nodiscard]] bool holds(const QUrl& url) const;
    /// The menu page: the server's URL with /menu/ behind it.
    [[nodiscard]] QUrl menu_page() const;
    [[nodiscard]] QString host() const { return base_.host(); }
    [[nodiscard]] QString text() const { return base_.toString(); }

private:
    explicit Origin(QUrl base) : base_(std::move(base)) {}
    QUrl base_; ///< path without a slash at its end
};

} // namespace farboot::browser
