import django.db.models.deletion
from django.db import migrations, models

# Until now a credit named the last invoice of its lot: that is what its credit note says that it corrects.
_CORRECTS = """
    UPDATE billing_credit credit SET corrects_id = (
        SELECT line.id
        FROM billing_invoiceline line
        JOIN billing_installment part ON part.id = line.installment_id
        JOIN billing_invoice invoice ON invoice.id = line.invoice_id
        WHERE part.lot_id = credit.lot_id AND invoice.issued_on IS NOT NULL
        ORDER BY invoice.id DESC, line.id DESC LIMIT 1)
    WHERE credit.price > 0 OR credit.cost > 0 OR credit.resale > 0;
    SET CONSTRAINTS ALL IMMEDIATE;
"""

# What was held twice for one basket: the sweep lets go of what no order was placed with.
_TWICE = """
    UPDATE billing_cardpayment held SET reference = left(held.reference, 40) || ':' || held.id
    WHERE held.purpose = 'order' AND held.order_id IS NULL
      AND held.state IN ('requested', 'unknown', 'authorised')
      AND EXISTS (
        SELECT FROM billing_cardpayment other
        WHERE other.account_id = held.account_id AND other.reference = held.reference
          AND other.purpose = 'order' AND other.state IN ('requested', 'unknown', 'authorised')
          AND (other.order_id IS NOT NULL OR other.id > held.id));
    SET CONSTRAINTS ALL IMMEDIATE;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_invoices_and_approval'),
        ('billing', '0003_printed_documents'),
        ('orders', '0004_baskets_for_drafts'),
        ('subscriptions', '0004_seat_lots'),
    ]

    operations = [
        migrations.AddField(
            model_name='credit',
            name='corrects',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='credits', to='billing.invoiceline'),
        ),
        migrations.AlterField(
            model_name='credit',
            name='reduction',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='credits', to='subscriptions.seatreduction'),
        ),
        migrations.RunSQL(_CORRECTS, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name='credit',
            constraint=models.UniqueConstraint(fields=('reduction', 'corrects'), name='credit_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='credit',
            constraint=models.CheckConstraint(condition=models.Q(('corrects__isnull', False), models.Q(('cost', 0), ('price', 0)), _connector='OR'), name='credit_of_a_line'),
        ),
        migrations.RunSQL(_TWICE, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name='cardpayment',
            constraint=models.UniqueConstraint(condition=models.Q(('purpose', 'order'), ('state__in', ['requested', 'unknown', 'authorised'])), fields=('account', 'reference'), name='card_payment_reference_once'),
        ),
    ]
