from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("companies", "0002_people"), ("golive", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="checklistitem",
            name="people",
            field=models.ManyToManyField(related_name="+", to="companies.person"),
        ),
    ]
